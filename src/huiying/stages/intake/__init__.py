"""接: taking in what people bring, by whatever door it comes."""
