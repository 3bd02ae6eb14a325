#!lua flags=allow-oom
-- Enter one reference into a sorted set under another time than before. ARGV: as for list.
-- allow-oom on purpose: the store of pushes has agreed to it already, and this takes no room of its own.
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end
return 1
