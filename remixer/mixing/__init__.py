"""The difference formula: what is heard and what is exported, rendered by one mixer."""
