"""The door of custodians: decide on requests to see identities, review every opening."""
