-- The steps of one call: of each the number of its KEYS, an operation, what is expected of its answer, how many
-- arguments follow, and these; '\0now' is the double's clock. What comes after an answer that nobody expected is
-- left undone. Gives the answers so far.
local NOW, now = '\0now', nil

local function filled(argument)
  if argument ~= NOW then return argument end
  now = now or told()[1]
  return now
end

-- '' is anything, '1' a yes, '0' nothing, '=text' a text, '@clock' that nothing is to happen and the clock is so.
local function is_expected(wanted, answer)
  local kind = string.sub(wanted, 1, 1)
  if kind == '1' then return answer == 1 end
  if kind == '0' then return not answer end
  if kind == '=' then return answer == string.sub(wanted, 2) end
  if kind == '@' then return #answer == 4 and answer[4] == string.sub(wanted, 2) end
  return true
end

local answers, at = {}, 2
while ARGV[at] do
  local given, last = {}, at + 3 + ARGV[at + 3]
  for index = at + 4, last do given[#given + 1] = filled(ARGV[index]) end
  K = KEYS[tonumber(ARGV[at])]
  local answer = operations[ARGV[at + 1]](unpack(given)) or false
  answers[#answers + 1] = answer
  if not is_expected(ARGV[at + 2], answer) then break end
  at = last + 1
end
return answers
