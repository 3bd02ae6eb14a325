#!lua flags=allow-oom
-- ARGV: our mark, lifetime ms. Gives back the mark that stood there before, or nothing.
-- allow-oom on purpose: without it no bound push could be opened, and nothing burned from chat, while claims work.
-- A mark is a few bytes that go by themselves, and only what is signed gets here.
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'GET', 'PX', ARGV[2])
