"""What the portal costs in time, bytes and memory, against floors measured in the same run."""
