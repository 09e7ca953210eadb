"""The blackboard: a song is a folder of memory-mapped arrays that several processes share."""
