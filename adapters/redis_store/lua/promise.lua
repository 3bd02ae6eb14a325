#!lua flags=allow-oom
-- KEYS[1] the stream; ARGV: the sealed promise, lifetime ms of what nobody comes for. allow-oom: a claim must not fail for want of it.
redis.call('XADD', KEYS[1], '*', 'p', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
