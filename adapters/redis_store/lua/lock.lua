#!lua flags=allow-oom
-- KEYS[1] the lock; ARGV: our token, lifetime ms. Gives back the token that stands there already, or nothing: then it is ours.
-- allow-oom on purpose: a few bytes that go by themselves.
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'GET', 'PX', ARGV[2])
