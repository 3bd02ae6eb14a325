#!lua flags=allow-oom
-- KEYS[1] the stream; ARGV: the sealed promise, lifetime ms of what nobody comes for. allow-oom: a claim must not fail for want of it.
-- The client asks once more when its line breaks: what is among the last already was promised by this very call.
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 32)) do
  if entry[2][2] == ARGV[1] then
    return 0
  end
end
redis.call('XADD', KEYS[1], '*', 'p', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
