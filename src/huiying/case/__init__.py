"""The spine: a case, the ledger of its acts, its tracks, clocks and masked contents."""
