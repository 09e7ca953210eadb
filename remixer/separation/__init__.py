"""Networks at work: the catalog of models, the runtimes, whole songs in the background, hops in a stream."""
