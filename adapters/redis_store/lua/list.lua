#!lua
-- Enter one reference into a sorted set. ARGV: its expiry, the reference, until when the set is needed for it (ms).
-- No allow-oom on purpose: this is part of creating.
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
-- A list lives as long as the last of what it leads to; -1 is a list without an end yet.
if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end
return 1
