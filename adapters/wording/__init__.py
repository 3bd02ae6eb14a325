"""Sentences for people, in their language. Every door may use it."""
