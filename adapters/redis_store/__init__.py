"""What is remembered in Redis or Valkey, and the only place that speaks to them."""
