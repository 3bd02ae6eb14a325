#!lua flags=allow-oom
-- What a list leads to that has not expired, by the server's own clock. KEYS[1] the sorted set, by expiry; ARGV: how many at most, none for all.
-- What has expired goes.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
return redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1] or 0) - 1)
