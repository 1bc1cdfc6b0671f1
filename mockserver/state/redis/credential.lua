-- What belongs to one credential. Credits are exact: 'whole:part' with parts of 1e-15, both integers that a
-- double holds exactly; 'inf' is a balance without a limit.
local PARTS = 1e15
local NOTHING = '0:0'

local function money(text)
  local whole, part = string.match(text, '^(-?%d+):(%d+)$')
  return {tonumber(whole), tonumber(part)}
end

local function text(value) return string.format('%.0f:%.0f', value[1], value[2]) end

local function plus(a, b)
  local x, y = money(a), money(b)
  local sum = {x[1] + y[1], x[2] + y[2]}
  if sum[2] >= PARTS then sum = {sum[1] + 1, sum[2] - PARTS} end
  return text(sum)
end

local function minus(a, b)
  local x, y = money(a), money(b)
  local rest = {x[1] - y[1], x[2] - y[2]}
  if rest[2] < 0 then rest = {rest[1] - 1, rest[2] + PARTS} end
  return text(rest)
end

local function is_less(a, b)
  local x, y = money(a), money(b)
  return x[1] < y[1] or (x[1] == y[1] and x[2] < y[2])
end

local function key(kind, family, id) return K .. ':' .. kind .. ':' .. family .. (id and ':' .. id or '') end

-- the account: a hash of `balance` and of what tasks hold (`tasks`); beside it what calls hold until when

local function account(family, opening)
  local name = key('account', family)
  if redis.call('HSETNX', name, 'balance', opening) == 1 then
    redis.call('HSETNX', name, 'tasks', NOTHING)
    redis.call('SADD', K .. ':families', family)
    keep(K .. ':families')
  end
  keep(name)
  return name
end

local function pay(name, cost)
  local balance = redis.call('HGET', name, 'balance')
  if balance ~= 'inf' then redis.call('HSET', name, 'balance', minus(balance, cost)) end
end

local function let_go(name, cost)
  local held = redis.call('HGET', name, 'tasks')
  redis.call('HSET', name, 'tasks', is_less(held, cost) and NOTHING or minus(held, cost))
end

local function has_ended(id, family, now)
  local found = redis.call('HMGET', key('task', family, id), 'end', 'looks', 'last')
  if not found[1] then return true end
  if found[3] ~= '' then return tonumber(found[2]) >= tonumber(found[3]) end
  return tonumber(now) >= tonumber(found[1])
end

local function settle_task(family, id, opening, now)
  local name = key('task', family, id)
  local found = redis.call('HMGET', name, 'cost', 'settled', 'charged')
  if not found[1] or found[1] == NOTHING or found[2] == '1' or not has_ended(id, family, now) then return end
  local owner = account(family, opening)
  redis.call('HSET', name, 'settled', '1')
  redis.call('HINCRBY', name, 'version', 1)
  let_go(owner, found[1])
  if found[3] == '1' then pay(owner, found[1]) end
end

local function forget_task(family, id)
  local found = redis.call('HMGET', key('task', family, id), 'cost', 'settled')
  if found[1] and found[2] ~= '1' and redis.call('EXISTS', key('account', family)) == 1 then
    let_go(key('account', family), found[1])
  end
  redis.call('DEL', key('task', family, id))
  redis.call('SREM', key('open', family), id)
  redis.call('ZREM', key('due', family), id)
  redis.call('ZREM', key('tasks', family), id)
end

-- The account, in which what has ended is settled; tasks of which nobody has heard for a week are forgotten.
local function settled(family, opening, now)
  local name = account(family, opening)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('due', family), '-inf', now)) do
    settle_task(family, id, opening, now)
    redis.call('ZREM', key('due', family), id)
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key('tasks', family), '-inf', REAL - WEEK, 'LIMIT', 0, 16)) do
    forget_task(family, id)
  end
  return name
end

local function held(name, family)
  local sum, holds = redis.call('HGET', name, 'tasks'), key('holds', family)
  local found = redis.call('HGETALL', holds)
  for index = 1, #found, 2 do
    local ends, cost = string.match(found[index + 1], '^(%S+) (%S+)$')
    if tonumber(ends) < REAL then redis.call('HDEL', holds, found[index]) else sum = plus(sum, cost) end
  end
  return sum
end

function operations.account(family, opening, now)
  local name = settled(family, opening, now)
  return {redis.call('HGET', name, 'balance'), held(name, family)}
end

function operations.set(family, opening, now, balance)
  redis.call('HSET', settled(family, opening, now), 'balance', balance)
end

function operations.reserve(family, opening, now, cost, hold, seconds)
  local name = settled(family, opening, now)
  local balance, holds = redis.call('HGET', name, 'balance'), key('holds', family)
  if redis.call('EXISTS', key('void', family, hold)) == 1 then return 0 end
  if balance ~= 'inf' and is_less(minus(balance, held(name, family)), cost) then return 0 end
  redis.call('HSET', holds, hold, number(REAL + seconds) .. ' ' .. cost)
  keep(holds)
  return 1
end

-- `once` is how long a second settlement of the same hold is known as one.
function operations.settle(family, opening, now, cost, charge, hold, once)
  redis.call('HDEL', key('holds', family), hold)  -- goes first: a full memory lets what follows pass
  local name = settled(family, opening, now)
  if charge ~= '1' or redis.call('EXISTS', key('void', family, hold)) == 1 then return end
  if redis.call('SET', key('paid', family, hold), cost, 'NX', 'EX', once) then pay(name, cost) end
end

local function give_back(name, cost)
  local balance = redis.call('HGET', name, 'balance')
  if balance ~= 'inf' then redis.call('HSET', name, 'balance', plus(balance, cost)) end
end

local function undo_task(name, family, id)
  local found = redis.call('HMGET', key('task', family, id), 'cost', 'settled', 'charged')
  if found[2] == '1' and found[3] == '1' then give_back(name, found[1]) end
  forget_task(family, id)
end

-- Nobody was told of a call that may have held, paid or started something: it has not, nor will it.
function operations.void(family, opening, now, hold, once)
  redis.call('HDEL', key('holds', family), hold)
  local name, done = settled(family, opening, now), redis.call('GET', key('paid', family, hold))
  redis.call('SET', key('void', family, hold), '', 'EX', once)
  redis.call('DEL', key('paid', family, hold))
  if not done then return end
  local task = string.match(done, '^task (.*)$')
  if task then undo_task(name, family, task) else give_back(name, done) end
end

-- tasks: a hash of each; `open` are those not known to have ended, `due` those whose end settles credits

local function shown(family, id)
  local found = redis.call('HMGET', key('task', family, id), 'task', 'settled', 'charged', 'looks', 'version')
  return found[1] and found
end

local function write(family, id, task, cost, settled_already, charged, looks, last, ends, started)
  local name = key('task', family, id)
  redis.call('HSET', name, 'task', task, 'cost', cost, 'settled', settled_already, 'charged', charged,
    'looks', looks, 'last', last, 'end', ends, 'started', started)
  redis.call('EXPIRE', name, WEEK + DAY)
  redis.call('SADD', key('open', family), id)
  keep(key('open', family))
  local by_clock = last == '' and ends ~= 'inf'
  if by_clock and cost ~= NOTHING and settled_already ~= '1' then
    redis.call('ZADD', key('due', family), ends, id)
    keep(key('due', family))
  else
    redis.call('ZREM', key('due', family), id)
  end
end

function operations.unfinished(family, now, document, operation)
  local count, open = 0, key('open', family)
  for _, id in ipairs(redis.call('SMEMBERS', open)) do
    if has_ended(id, family, now) then
      redis.call('SREM', open, id)
    else
      local started = redis.call('HGET', key('task', family, id), 'started')
      local all = string.sub(started, 1, #document + 1) == document .. '\n'
      if operation == '' and all or started == document .. '\n' .. operation then count = count + 1 end
    end
  end
  return count
end

function operations.has_room(family, now, document, operation, most)
  return operations.unfinished(family, now, document, operation) < tonumber(most) and 1 or 0
end

local function has_place(family, opening, now, most)
  local tasks = key('tasks', family)
  if redis.call('ZCARD', tasks) < tonumber(most) then return true end
  for _, id in ipairs(redis.call('ZRANGE', tasks, 0, 999)) do
    settle_task(family, id, opening, now)
    if has_ended(id, family, now) then
      forget_task(family, id)
      return true
    end
  end
  return false
end

function operations.add(family, opening, now, id, hold, once, most, document, operation, largest, ...)
  if redis.call('EXISTS', key('task', family, id)) == 1 then return 'known' end
  if redis.call('EXISTS', key('void', family, hold)) == 1 then return 'full' end
  if most ~= '' and operations.unfinished(family, now, document, operation) >= tonumber(most) then return 'most' end
  if not has_place(family, opening, now, largest) then return 'full' end
  local name, cost = account(family, opening), select(2, ...)
  redis.call('HSET', name, 'tasks', plus(redis.call('HGET', name, 'tasks'), cost))
  redis.call('HDEL', key('holds', family), hold)
  redis.call('ZADD', key('tasks', family), number(REAL), id)
  keep(key('tasks', family))
  redis.call('HSET', key('task', family, id), 'version', 0)
  redis.call('SET', key('paid', family, hold), 'task ' .. id, 'EX', once)
  write(family, id, ...)
  return 'kept'
end

function operations.task(family, opening, now, id, look)
  local found = shown(family, id)
  if not found then return false end
  local name = key('task', family, id)
  if redis.call('HGET', name, 'last') ~= '' then
    if look == '1' then redis.call('HINCRBY', name, 'looks', 1) end
    settle_task(family, id, opening, now)
  end
  return found
end

function operations.one(family, id) return shown(family, id) end

function operations.tasks(family, newest)
  local found = {}
  for _, id in ipairs(redis.call('ZREVRANGE', key('tasks', family), 0, newest - 1)) do
    local each = shown(family, id)
    if each then found[#found + 1] = each end
  end
  return found
end

function operations.replace(family, opening, now, id, version, anyway, task, cost, _, charged, ...)
  local name = key('task', family, id)
  if redis.call('EXISTS', name) == 0 then return 'changed' end
  if anyway ~= '1' and has_ended(id, family, now) then return 'changed' end
  settled(family, opening, now)
  local known = redis.call('HMGET', name, 'version', 'settled', 'charged')
  if known[1] ~= version then return 'changed' end
  if known[2] == '1' then charged = known[3] end
  write(family, id, task, cost, known[2], charged, ...)
  redis.call('HINCRBY', name, 'version', 1)
  settle_task(family, id, opening, now)
  return 'replaced'
end

function operations.remove(family, opening, now, id)
  settle_task(family, id, opening, now)
  forget_task(family, id)
end

-- what else there is, by names of which there are only so many

local MOST_NAMES = 10000

local function note(name)
  redis.call('ZADD', K .. ':names', number(REAL), name)
  keep(K .. ':names')
  if redis.call('ZCARD', K .. ':names') > MOST_NAMES then
    redis.call('DEL', redis.call('ZPOPMIN', K .. ':names')[1])
  end
end

-- limits: a list of 'when amount', and a hash of their sum (`used`) and until when requests are shut out

local function window(name, start)
  local used = tonumber(redis.call('HGET', name .. ':sum', 'used') or 0)
  while true do
    local first = redis.call('LINDEX', name, 0)
    if not first then return used end
    local at, amount = string.match(first, '^(%S+) (%S+)$')
    if tonumber(at) > start then return used end
    redis.call('LPOP', name)
    used = used - amount
    redis.call('HSET', name .. ':sum', 'used', used)
  end
end

local function count(name, now, amount, seconds)
  if redis.call('RPUSH', name, now .. ' ' .. amount) == 1 then
    redis.call('SADD', K .. ':windows', name, name .. ':sum')
    keep(K .. ':windows')
  end
  redis.call('HINCRBY', name .. ':sum', 'used', amount)
  redis.call('EXPIRE', name, math.ceil(seconds))
  redis.call('EXPIRE', name .. ':sum', math.ceil(seconds))
end

local function clear(name)
  redis.call('DEL', name)
  redis.call('HSET', name .. ':sum', 'used', 0)
end

local function blocked(name) return tonumber(redis.call('HGET', name .. ':sum', 'blocked') or '-inf') end

local function block(name, ends, seconds)
  redis.call('HSET', name .. ':sum', 'blocked', number(ends))
  redis.call('EXPIRE', name .. ':sum', math.ceil(seconds))
end

local function used(name, now)
  return {redis.call('HGET', name .. ':sum', 'used') or 0, redis.call('LINDEX', name, 0) or '',
    redis.call('LINDEX', name, -1) or '', number(blocked(name)), now}
end

function operations.hit(id, now, span, most, penalty, refused)
  local name, at = K .. ':window:' .. id, tonumber(now)
  local limit, seconds, had = tonumber(most), 3600 + span + penalty, window(name, now - span)
  local free = at >= blocked(name)
  if free and redis.call('LLEN', name) < limit then
    count(name, now, 1, seconds)
    return 1
  end
  if refused == 'count' then
    count(name, now, 1, seconds)
    redis.call('LTRIM', name, -limit, -1)
    redis.call('HSET', name .. ':sum', 'used', redis.call('LLEN', name))
    block(name, at + penalty, seconds)
  elseif free and tonumber(penalty) > 0 then
    clear(name)
    block(name, at + penalty, seconds)
  end
  return 0
end

function operations.spend(id, now, span, most, amount)
  local name = K .. ':window:' .. id
  if window(name, now - span) + amount > tonumber(most) then return 0 end
  count(name, now, amount, 3600 + span)
  return 1
end

function operations.allowance(id, now, span)
  local name = K .. ':window:' .. id
  window(name, now - span)
  return used(name, now)
end

function operations.seed(family)
  local name = key('seeds', family)
  local seed = redis.call('INCR', name)
  if seed == 1 then note(name) end
  keep(name)
  return seed - 1
end

-- values of a while: 'until value', let go somewhat later than the double's clock would say

function operations.remember(name, value, seconds)
  redis.call('SET', K .. name, value, 'EX', seconds)
  note(K .. name)
end

function operations.recall(name) return redis.call('GET', K .. name) end

function operations.exchange(name, old, value, seconds)
  if (redis.call('GET', K .. name) or '') ~= old then return 0 end
  operations.remember(name, value, seconds)
  return 1
end

function operations.forget(name)
  redis.call('DEL', K .. name)
  redis.call('ZREM', K .. ':names', K .. name)
end

-- Everything of this credential goes; says which tasks it had, as family and id.
function operations.reset()
  local gone = {}
  for _, family in ipairs(redis.call('SMEMBERS', K .. ':families')) do
    for _, id in ipairs(redis.call('ZRANGE', key('tasks', family), 0, -1)) do
      gone[#gone + 1] = {family, id}
      redis.call('DEL', key('task', family, id))
    end
    for _, kind in ipairs({'account', 'holds', 'open', 'due', 'tasks'}) do redis.call('DEL', key(kind, family)) end
  end
  for _, name in ipairs(redis.call('ZRANGE', K .. ':names', 0, -1)) do redis.call('DEL', name) end
  for _, name in ipairs(redis.call('SMEMBERS', K .. ':windows')) do redis.call('DEL', name) end
  redis.call('DEL', K .. ':names', K .. ':windows', K .. ':families')
  return gone
end
