"""Sound out: the engine that plays, the devices, the process it all lives in and its client."""
