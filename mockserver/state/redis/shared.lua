-- What all credentials share: the clock, what is to happen, whose a task is, the journal.
local CLOCK, SCHEDULE, OWNERS, ORDER = ALL .. ':clock', ALL .. ':schedule', ALL .. ':owners', ALL .. ':order'
local JOURNAL, SEQ, SOURCES = ALL .. ':journal', ALL .. ':seq', ALL .. ':sources'

local function clock()
  local found = redis.call('HMGET', CLOCK, 'offset', 'frozen')
  return tonumber(found[1] or 0), tonumber(found[2] or '')
end

-- The time, whether it stands, this server's own, and what the clock is set to, as a text to compare.
local function told()
  local offset, frozen = clock()
  local set = number(offset) .. ' ' .. (frozen and number(frozen) or '')
  return {number(frozen or REAL + offset), frozen and '1' or '', number(REAL), set}
end

operations.clock = told

function operations.start(at)
  if at ~= '' and redis.call('EXISTS', CLOCK) == 0 then
    redis.call('HSET', CLOCK, 'offset', number(at - REAL))
    keep(CLOCK)
  end
  return told()
end

function operations.move(seconds, freeze)
  local offset, frozen = clock()
  if frozen then frozen = frozen + seconds else offset = offset + seconds end
  if freeze ~= '' then
    local now = frozen or REAL + offset
    offset, frozen = now - REAL, freeze == '1' and now or nil
  end
  redis.call('HSET', CLOCK, 'offset', number(offset), 'frozen', frozen and number(frozen) or '')
  keep(CLOCK)
  return told()
end

function operations.secret(new)
  redis.call('SET', ALL .. ':secret', new, 'NX')
  keep(ALL .. ':secret')
  return redis.call('GET', ALL .. ':secret')
end

-- what is to happen: a list of {times, key, able, entry} as JSON, of which the first that concerns a call goes

function operations.schedule(entry, most)
  if redis.call('LLEN', SCHEDULE) >= tonumber(most) then return 0 end
  redis.call('RPUSH', SCHEDULE, entry)
  keep(SCHEDULE)
  return 1
end

function operations.scheduled() return redis.call('LRANGE', SCHEDULE, 0, -1) end

local function concerns(entry, key, operation)
  if entry.key ~= nil and entry.key ~= key then return false end
  if entry.able == nil then return true end
  for _, each in ipairs(entry.able) do
    if each == operation then return true end
  end
  return false
end

local function without(index)
  redis.call('LSET', SCHEDULE, index, '')
  redis.call('LREM', SCHEDULE, 1, '')
end

-- A call comes: what is to happen to it, and the time. An empty first argument is no credential's key.
function operations.arrive(key, operation)
  local answer = told()
  for index, text in ipairs(redis.call('LRANGE', SCHEDULE, 0, -1)) do
    local entry = cjson.decode(text)
    if concerns(entry, key, operation) then
      local times = entry.times
      entry.times = times - 1
      if entry.times == 0 then
        without(index - 1)
      else
        redis.call('LSET', SCHEDULE, index - 1, cjson.encode(entry))
      end
      answer[5], answer[6] = tostring(times), entry.entry
      return answer
    end
  end
  return answer
end

function operations.unschedule(every, key)
  for _, text in ipairs(redis.call('LRANGE', SCHEDULE, 0, -1)) do
    if every == '1' or cjson.decode(text).key == key then redis.call('LREM', SCHEDULE, 1, text) end
  end
end

-- whose a task is: its account and id as one name, the newest of so many

function operations.own(name, key, most)
  if redis.call('HSETNX', OWNERS, name, key) == 0 then return 0 end
  redis.call('ZADD', ORDER, redis.call('INCR', ALL .. ':tasks'), name)
  if redis.call('ZCARD', ORDER) > tonumber(most) then
    redis.call('HDEL', OWNERS, redis.call('ZPOPMIN', ORDER)[1])
  end
  keep(OWNERS) keep(ORDER) keep(ALL .. ':tasks')
  return 1
end

function operations.owner(name) return redis.call('HGET', OWNERS, name) end

function operations.disown(...)
  for _, name in ipairs({...}) do
    redis.call('HDEL', OWNERS, name)
    redis.call('ZREM', ORDER, name)
  end
end

function operations.owned(newest)
  local found = {}
  for _, name in ipairs(redis.call('ZREVRANGE', ORDER, 0, newest - 1)) do
    found[#found + 1] = {name, redis.call('HGET', OWNERS, name)}
  end
  return found
end

-- the journal: a stream whose ids are the entries' numbers; what is needed to draw uploads again is apart

local function pictures(seq) return ALL .. ':pictures:' .. seq end

local function bound(most)
  local held = tonumber(redis.call('HGET', SOURCES, 'bytes'))
  local first = tonumber(redis.call('HGET', SOURCES, 'first'))
  while held > most do
    local size = redis.call('HGET', SOURCES, first)
    if size then
      redis.call('HDEL', SOURCES, first)
      redis.call('DEL', pictures(first))
      held = held - size
    end
    first = first + 1
  end
  redis.call('HSET', SOURCES, 'bytes', held, 'first', first)
end

function operations.record(size, label, entry, uploads, most)
  local seq = redis.call('INCR', SEQ)
  redis.call('XADD', JOURNAL, 'MAXLEN', size, seq .. '-1', 'k', label, 'e', entry)
  keep(SEQ) keep(JOURNAL)
  if uploads ~= '' then
    redis.call('SET', pictures(seq), uploads, 'EX', DAY)
    redis.call('HSETNX', SOURCES, 'first', seq)
    redis.call('HSET', SOURCES, seq, #uploads)
    redis.call('HINCRBY', SOURCES, 'bytes', #uploads)
    keep(SOURCES)
    bound(tonumber(most))
  end
  return seq
end

function operations.journal(every, label, after, limit)
  local found, most = {}, tonumber(limit)
  local entries = redis.call('XREVRANGE', JOURNAL, '+', '(' .. after .. '-1')
  for _, each in ipairs(entries) do
    if most == #found then break end
    local values = each[2]
    if every == '1' or values[2] == label then found[#found + 1] = {each[1], values[4]} end
  end
  return found
end

function operations.journal_length() return redis.call('XLEN', JOURNAL) end

function operations.entry(seq)
  local found = redis.call('XRANGE', JOURNAL, seq .. '-1', seq .. '-1')[1]
  return found and {found[1], found[2][4], redis.call('GET', pictures(seq)) or ''}
end

function operations.unrecord(every, label)
  if every == '1' then return redis.call('DEL', JOURNAL) end
  for _, each in ipairs(redis.call('XRANGE', JOURNAL, '-', '+')) do
    if each[2][2] == label then redis.call('XDEL', JOURNAL, each[1]) end
  end
end
