#!lua flags=allow-oom
-- Compare and set. KEYS[1] the record; ARGV: what was read, what shall stand there. Its lifetime stays.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
