"""What demands of the past would have come to under local packs: reckoned for all, walked by the verbs for some."""
