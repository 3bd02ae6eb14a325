#!lua flags=allow-oom
-- KEYS[1] the stream; ARGV: lifetime ms of what nobody comes for, then the sealed promises: all of them or none. allow-oom: a claim
-- must not fail for want of it. The client asks once more when its line breaks: what is among the last already was promised by this very call.
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 32 + #ARGV)) do
  if entry[2][2] == ARGV[2] then
    return 0
  end
end
for at = 2, #ARGV do
  redis.call('XADD', KEYS[1], '*', 'p', ARGV[at])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
