#!lua flags=allow-oom
-- KEYS[1] the stream; ARGV: the number of the promise.
redis.call('XACK', KEYS[1], 'keepers', ARGV[1])
return redis.call('XDEL', KEYS[1], ARGV[1])
