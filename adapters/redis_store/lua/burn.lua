#!lua flags=allow-oom
-- The sender's wish needs no proof here: the engine has checked whose push it is.
local record = read_record()
if not record or record.dead then
  wrote()
  return 0
end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
