"""分派: a person says what a demand is and whose it is; several demands become several, a repeat is joined."""
