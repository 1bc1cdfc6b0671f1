// A bot as its users write one: /imagine, buttons below the picture, a window where a button asks for a word more.
// It knows the API's base URL and a key, from the reseller's page, and nothing of who answers there.
//
//   MJ_BASE=https://… MJ_KEY=sk-… node bot.mjs COMMAND …
//
//   imagine PROMPT [--callback]        draw, and wait by polling or by callback
//   press TASK LABEL [--word PROMPT]   press a button of a finished task; --word answers its window
//   describe FILE                      what a picture shows
//   save TASK FILE                     the picture of a finished task
//
// Each line of its output is one event as JSON.
import {createServer} from 'node:http'
import {readFile, writeFile} from 'node:fs/promises'

const BASE = process.env.MJ_BASE.replace(/\/$/, '')
const HEADERS = {authorization: `Bearer ${process.env.MJ_KEY}`, 'content-type': 'application/json'}
const ENDED = ['SUCCESS', 'FAILURE', 'CANCEL']
const PAUSE = 100 // ms between two looks
const PATIENCE = 60_000 // ms

const say = (event, more = {}) => console.log(JSON.stringify({event, ...more}))

async function call(path, body) {
  const options = body ? {method: 'POST', headers: HEADERS, body: JSON.stringify(body)} : {headers: HEADERS}
  const answer = await fetch(BASE + path, options)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status} ${text}`)
  return JSON.parse(text)
}

async function submit(path, body) {
  const answer = await call(`/mj/submit/${path}`, body)
  if (![1, 21, 22].includes(answer.code)) throw new Error(`${answer.code} ${answer.description}`)
  say('submitted', {code: answer.code, task: answer.result})
  return answer
}

const look = id => call(`/mj/task/${id}/fetch`)

/** The finished task; every new status and progress on the way is said. */
async function poll(id) {
  const until = Date.now() + PATIENCE
  let last = ''
  while (Date.now() < until) {
    const task = await look(id)
    last = tell(task, last)
    if (ENDED.includes(task.status)) return task
    await new Promise(resolve => setTimeout(resolve, PAUSE))
  }
  throw new Error(`${id} is not finished after ${PATIENCE} ms`)
}

function tell(task, last) {
  const now = `${task.status} ${task.progress ?? ''}`
  if (now !== last) say('task', {id: task.id, status: task.status, progress: task.progress})
  return now
}

/** A place where the API may call back: its address, and the finished task that comes there. */
async function receiver() {
  let done, fail
  const ended = new Promise((resolve, reject) => { done = resolve; fail = reject })
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    response.end('ok')
    const task = JSON.parse(body)
    tell(task, '')
    if (ENDED.includes(task.status)) done(task)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const timer = setTimeout(() => fail(new Error('nobody called back')), PATIENCE)
  const close = () => { clearTimeout(timer); server.close(); server.closeAllConnections() }
  return {url: `http://127.0.0.1:${server.address().port}/mj`, ended: ended.finally(close)}
}

function finish(task) {
  if (task.status !== 'SUCCESS') throw new Error(`${task.status}: ${task.failReason}`)
  const labels = (task.buttons ?? []).map(each => each.label || each.emoji)
  say('done', {id: task.id, action: task.action, prompt: task.prompt, image: task.imageUrl, buttons: labels})
}

const commands = {
  async imagine([prompt], {callback}) {
    const hook = callback ? await receiver() : null
    const {result} = await submit('imagine', {prompt, ...(hook && {notifyHook: hook.url})})
    finish(hook ? await hook.ended : await poll(result))
  },

  async press([taskId, label], {word}) {
    const {buttons} = await look(taskId)
    const button = buttons.find(each => [each.label, each.emoji].includes(label))
    if (!button) throw new Error(`there is no button ${label}`)
    const {code, result} = await submit('action', {taskId, customId: button.customId})
    if (code === 21) {
      say('window', {task: result, status: (await look(result)).status})
      await submit('modal', {taskId: result, prompt: word ?? ''})
    }
    finish(await poll(result))
  },

  async describe([file]) {
    const picture = (await readFile(file)).toString('base64')
    const {result} = await submit('describe', {base64: `data:image/png;base64,${picture}`})
    const task = await poll(result)
    finish(task)
    say('prompts', {prompts: task.properties.finalPrompt.split('\n\n')})
  },

  async save([taskId, file]) {
    const {imageUrl} = await look(taskId)
    const answer = await fetch(imageUrl)
    if (!answer.ok) throw new Error(`${answer.status} for ${imageUrl}`)
    await writeFile(file, Buffer.from(await answer.arrayBuffer()))
    say('saved', {file, type: answer.headers.get('content-type')})
  },
}

const [command, ...words] = process.argv.slice(2)
const marked = words.indexOf('--word')
const word = marked < 0 ? undefined : words.splice(marked, 2)[1]
const plain = words.filter(each => !each.startsWith('--'))
try {
  await commands[command](plain, {callback: words.includes('--callback'), word})
} catch (error) {
  say('failed', {why: error.message})
  process.exitCode = 1
}
