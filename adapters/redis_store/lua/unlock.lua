#!lua flags=allow-oom
-- Compare and delete. KEYS[1] the lock; ARGV: our token. A lock that ran out meanwhile may be another's by now: that one stays.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
