"""One package per foreign system that we speak to; they do not know each other."""
