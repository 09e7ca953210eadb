"""Sound as data: decoding, encoding, resampling, tags and the demo song."""
