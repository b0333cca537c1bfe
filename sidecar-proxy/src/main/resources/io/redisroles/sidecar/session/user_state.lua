#!lua flags=no-writes,allow-oom
-- Reads from when on a user's JWTs count.
--
-- KEYS[1]  a hash with revoked_before (seconds since 1970) or revoked, or a string with those seconds; absent: all count
-- returns  {seconds since 1970 before which an issued token does not count (0: all count, -1: none does)}
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  return { '0' }
end
local before, revoked
if kind == 'hash' then
  local values = redis.call('HMGET', KEYS[1], 'revoked_before', 'revoked')
  before, revoked = values[1] or '0', values[2]
elseif kind == 'string' then
  before = redis.call('GET', KEYS[1])
end
local seconds = before and tonumber(before)
if not seconds or seconds ~= seconds or seconds < 0 or seconds > 1e15
  or (revoked and revoked ~= '' and revoked ~= '0' and revoked ~= 'false') then
  return { '-1' } -- revoked, or not readable: then it is taken for revoked
end
return { string.format('%.0f', math.ceil(seconds)) }
