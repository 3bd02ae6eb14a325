#!lua flags=allow-oom
-- Note down that this server, on this generation, was durable and alone. KEYS[1] a sorted set, by when that was last seen.
-- ARGV: '', the run that it was found on, lifetime ms, how many to give back. Gives back the generations noted so far;
-- nothing if the server is another one by now, or not alone.
local current, run_id, attached = generation()
if run_id ~= ARGV[2] or attached then
  return false
end
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now - tonumber(ARGV[3])))
redis.call('ZADD', KEYS[1], whole(now), current)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('ZRANGE', KEYS[1], -tonumber(ARGV[4]), -1)
