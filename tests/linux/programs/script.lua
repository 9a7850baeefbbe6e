-- SPDX-License-Identifier: GPL-2.0-or-later
-- Closures, coroutines, metatables, patterns, numbers, files and the garbage collector.
local function queens(n)
  local count, columns, up, down = 0, {}, {}, {}
  local function place(row)
    if row > n then count = count + 1 return end
    for c = 1, n do
      if not (columns[c] or up[row + c] or down[row - c]) then
        columns[c], up[row + c], down[row - c] = true, true, true
        place(row + 1)
        columns[c], up[row + c], down[row - c] = nil, nil, nil
      end
    end
  end
  place(1)
  return count
end
print("queens", queens(7))

local primes = coroutine.wrap(function()
  local found = {}
  for n = 2, math.huge do
    local is_prime = true
    for _, p in ipairs(found) do
      if p * p > n then break end
      if n % p == 0 then is_prime = false break end
    end
    if is_prime then found[#found + 1] = n coroutine.yield(n) end
  end
end)
local sum = 0
for _ = 1, 500 do sum = sum + primes() end
print("primes", sum)

local vector = {}
vector.__index = vector
vector.__add = function(a, b) return setmetatable({x = a.x + b.x}, vector) end
vector.__tostring = function(v) return "<" .. v.x .. ">" end
print(tostring(setmetatable({x = 1}, vector) + setmetatable({x = 2.5}, vector)))

print(("the quick brown fox"):gsub("%w+", function(w) return w:sub(1, 1):upper() .. w:sub(2) end))
for key, value in ("a=1, b=22,c=333"):gmatch("(%w+)=(%w+)") do io.write(key, "->", value, " ") end
print()
print(string.format("%5.3f %d %x %q %s", math.pi, 7 // 2, 255, "a\nb", 2 ^ 53))
print(math.type(3), math.type(3.0), 7 // 2.0, -7 // 2, 7 % -3, 1 << 62, math.maxinteger + 1 == math.mininteger)
print(pcall(error, {code = 5}), select(2, pcall(error, "message", 0)))
print(string.pack("<i4z", 1, "x"):byte(1, -1))
print(utf8.len("häß"), #"häß", table.concat({1, 2, 3}, "-"))

local name = os.tmpname()
local file = assert(io.open(name, "w"))
for i = 1, 1000 do file:write(i, "\n") end
file:close()
local total = 0
for line in io.lines(name) do total = total + tonumber(line) end
print("lines", total, io.open(name):seek("end"))
os.remove(name)
print((io.open(name)))

for _ = 1, 50 do
  local garbage = {}
  for i = 1, 2000 do garbage[i] = {i, tostring(i)} end
end
collectgarbage()
print("collected", collectgarbage("count") < 1000)
local words = {}
for w in ("one two three two one two"):gmatch("%a+") do words[w] = (words[w] or 0) + 1 end
local names = {}
for w in pairs(words) do names[#names + 1] = w end
table.sort(names, function(a, b) return words[a] > words[b] end)
print(table.concat(names, " "))
os.exit(#arg == 1 and 4 or 5)
