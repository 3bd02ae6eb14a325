"""The push engine: what a push is and what may happen to it. No framework, no clock, no socket."""
