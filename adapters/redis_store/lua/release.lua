#!lua flags=allow-oom
-- The sender's wish, or the operator's for all: from now on the push belongs to the server as it is. 1 if it may be claimed.
local record = read_record()
if not record or record.dead then
  return 0
end
if fence() then
  return fence()
end
redis.call('HSET', KEYS[1], 'gen', (generation()))
return 1
