#!lua
-- Adds up how often tokens were used. What is written ends with its token at the latest.
--
-- KEYS[i]  auth:token_meta:<id>
-- ARGV     three per key: uses, time of the last one in seconds since 1970, end of the token in ms since 1970
-- returns  {how many were written}
for i, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, 'usage_count', ARGV[3 * i - 2])
  redis.call('HSET', key, 'last_used', ARGV[3 * i - 1])
  if redis.call('PTTL', key) < 0 then
    redis.call('PEXPIREAT', key, ARGV[3 * i])
  end
end
return { #KEYS }
