-- Before all operations: each of KEYS begins the names of keys, which are in its slot: the first of those that
-- all credentials share, K of those of one. Nothing is changed once the caller has given up.
local moment = redis.call('TIME')
local REAL = moment[1] + moment[2] / 1000000
if REAL > tonumber(ARGV[1]) then return redis.error_reply('LATE nobody waits for this any more') end
local ALL, K, DAY, WEEK = KEYS[1], KEYS[1], 86400, 604800
local operations = {}

local function number(value) return string.format('%.17g', value) end

-- Let a key go a week after it was last used; said anew at half of that, so that most uses write nothing.
local function keep(key)
  if redis.call('TTL', key) < WEEK / 2 then redis.call('EXPIRE', key, WEEK) end
end
