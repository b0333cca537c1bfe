#!lua flags=allow-oom
-- Reads a session and keeps it alive. Only its expiry is ever written, so nothing that was revoked comes back.
-- Runs when Redis is full too (allow-oom): it needs no memory, and a full Redis must not log everybody out.
--
-- KEYS[1]  the session: a hash, or a string with a JSON object
-- ARGV     idle time-out in ms, longest life in ms, field of creation, field of the tier,
--          first sight in ms since 1970 (0: now), 'token' if the record is a bearer token's
-- returns  {} if there is none or it has ended, else {user, tier, now in ms}
local key = KEYS[1]
local idle, life = tonumber(ARGV[1]), tonumber(ARGV[2])
local created_field, tier_field, first_seen = ARGV[3], ARGV[4], tonumber(ARGV[5])
local is_token = ARGV[6] == 'token'

-- The value as text; numbers without exponent, everything else that is no text as absent.
local function text(value)
  if type(value) == 'string' then
    return value
  end
  if type(value) == 'number' then
    return string.format('%.14g', value)
  end
  return ''
end

-- A token's string is the user, unless it is a JSON object.
local function read()
  local kind = redis.call('TYPE', key).ok
  if kind == 'hash' then
    local values = redis.call('HMGET', key, 'user_id', tier_field, created_field)
    return text(values[1]), text(values[2]), values[3]
  end
  if kind == 'string' then
    local value = redis.call('GET', key)
    if string.match(value, '^%s*{') then
      local parsed, object = pcall(cjson.decode, value)
      if parsed then
        return text(object.user_id), text(object[tier_field]), object[created_field]
      end
    elseif is_token then
      return value, '', nil
    end
  end
  return '', '', nil
end

-- Days since 1970 of a date of the Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  return 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
end

-- Milliseconds since 1970 of epoch seconds or ISO 8601 (UTC where no zone is given), nil for anything else.
local function instant(value)
  local seconds = tonumber(value)
  if seconds then
    return seconds * 1000
  end
  if type(value) ~= 'string' then
    return nil
  end
  local year, month, day, hour, minute, second, zone =
    string.match(value, '^(%d%d%d%d)-(%d%d)-(%d%d)[T ](%d%d):(%d%d):(%d%d)[.,]?%d*(.*)$')
  if not year then
    return nil
  end
  local offset = 0
  if zone ~= '' and zone ~= 'Z' and zone ~= 'z' then
    local sign, hours, minutes = string.match(zone, '^([+-])(%d%d):?(%d%d)$')
    if not sign then
      return nil
    end
    offset = (hours * 60 + minutes) * (sign == '+' and 60 or -60)
  end
  local day_number = days(tonumber(year), tonumber(month), tonumber(day))
  return (day_number * 86400 + hour * 3600 + minute * 60 + second - offset) * 1000
end

local user, tier, created_text = read()
if user == '' then
  return {}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local now_text = string.format('%.0f', now)
if is_token then
  return { user, tier, now_text } -- how long a token lives is its issuer's business
end

local created = created_text and instant(created_text)
local unknown = not created or created > now + 60000 -- a creation in the future would never end
if unknown then
  created = first_seen > 0 and first_seen or now
end
local left = created + life - now
if left <= 0 then
  return {}
end
-- Written once a minute at most, and not at all while the issuer gave it longer; half the idle time where that is short.
local ttl = redis.call('PTTL', key)
local target = math.floor(math.min(idle, left))
if ttl < 0 or (ttl < idle - math.min(60000, idle / 2) and ttl < target) then
  redis.call('PEXPIRE', key, string.format('%.0f', math.max(target, 1)))
end
return { user, tier, now_text }
