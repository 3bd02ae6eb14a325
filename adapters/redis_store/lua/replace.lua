#!lua flags=allow-oom
-- Compare and set. KEYS[1] the record; ARGV: what was read, what shall stand there, when it shall die (ms; '' for when it would have).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[3] == '' then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
else
  redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
end
return 1
