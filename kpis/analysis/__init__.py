"""What a figure says beside others: what moved it, what to hold it against, what drives it."""
