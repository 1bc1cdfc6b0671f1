// Package proofsheettest is Proofsheet in tests of Go: a double of generative-media APIs, with a key for each test.
//
//	mock := proofsheettest.Start(t, "stability")
//	mock.Force(proofsheettest.PostSchedule{Code: 429})
//	... the app, with mock.URL and mock.Key
//	mock.Verify(proofsheettest.PostVerify{Operation: "generateCore", Status: 429})
package proofsheettest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

const ready = "Proofsheet serves on "

// Server is a running double: one of our own (Run), or somebody else's (Join).
type Server struct {
	URL      string
	AdminKey string
	process  *exec.Cmd
	output   *lockedBuffer
	ended    chan struct{}
}

// Run starts a server in a process of its own, on a free port. args are names and options of `proofsheet serve`;
// the command is PROOFSHEET_COMMAND, else proofsheet.
func Run(args ...string) (*Server, error) {
	command := strings.Fields(os.Getenv("PROOFSHEET_COMMAND"))
	if len(command) == 0 {
		command = []string{"proofsheet"}
	}
	given := append(append(command[1:], "serve"), append(args, "--host", "127.0.0.1", "--port", "0", "--no-warm")...)
	server := &Server{process: exec.Command(command[0], given...), output: &lockedBuffer{}, ended: make(chan struct{})}
	server.process.Stderr = server.output
	output, err := server.process.StdoutPipe()
	if err == nil {
		err = server.process.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: pip install proofsheet, or name the command in PROOFSHEET_COMMAND", err)
	}
	reader := bufio.NewReader(output)
	line, err := reader.ReadString('\n')
	if !strings.HasPrefix(line, ready) {
		server.process.Wait()
		return nil, fmt.Errorf("the server ended before it was ready (%v):\n%s%s", err, line, server.output)
	}
	server.URL = strings.TrimSpace(strings.TrimPrefix(line, ready))
	go func() {
		io.Copy(io.Discard, reader)
		server.process.Wait()
		close(server.ended)
	}()
	return server, nil
}

// Join takes a server that runs already; its admin key is PROOFSHEET_ADMIN_KEY, if it has one.
func Join(address string) (*Server, error) {
	server := &Server{URL: strings.TrimRight(address, "/"), AdminKey: os.Getenv("PROOFSHEET_ADMIN_KEY")}
	return server, server.Ask("GET", "/health", "", nil, nil)
}

// Stop ends a server of ours in good order, and leaves somebody else's alone.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	s.process.Process.Signal(os.Interrupt)
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.process.Process.Kill()
	}
}

// Ask sends one request to the control surface; the error holds what the server said.
func (s *Server) Ask(method, path, key string, body, into any) error {
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, s.URL+"/_mock"+path, sent)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if s.AdminKey != "" {
		request.Header.Set("Proofsheet-Admin", s.AdminKey)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 400 {
		var problem struct{ Detail string }
		json.Unmarshal(data, &problem)
		return fmt.Errorf("%s /_mock%s: status %d: %s", method, path, answer.StatusCode, problem.Detail)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}

// Mock is the double as one key sees it. Everything is the key's own, except for the clock. What is wrong ends the test.
type Mock struct {
	URL, Key string
	server   *Server
	t        testing.TB
}

// Start gives a test a key of its own, on the server at PROOFSHEET_URL or on one that ends with the test.
func Start(t testing.TB, args ...string) *Mock {
	t.Helper()
	var server *Server
	var err error
	if address := os.Getenv("PROOFSHEET_URL"); address != "" {
		server, err = Join(address)
	} else if server, err = Run(args...); err == nil {
		t.Cleanup(server.Stop)
	}
	if err != nil {
		t.Fatal(err)
	}
	return server.Mock(t)
}

// Mock gives a test a key of its own on this server.
func (s *Server) Mock(t testing.TB) *Mock {
	random := make([]byte, 12)
	rand.Read(random)
	return &Mock{URL: s.URL, Key: "sk-proofsheet-" + hex.EncodeToString(random), server: s, t: t}
}

func (m *Mock) ask(method, path string, body, into any) {
	m.t.Helper()
	if err := m.server.Ask(method, path, m.Key, body, into); err != nil {
		m.t.Fatal(err)
	}
}

// Force says what the next calls of this key end in.
func (m *Mock) Force(wish PostSchedule) { m.t.Helper(); m.ask("POST", "/schedule", wish, nil) }

// DropForced forgets what was forced and has not happened yet.
func (m *Mock) DropForced() { m.t.Helper(); m.ask("DELETE", "/schedule", nil, nil) }

// Report is what a verification says.
type Report struct {
	OK      bool
	Matched int
	Message string
	Closest *struct {
		Why   []string
		Entry Entry
	}
}

// Check says whether the right number of calls match, without failing the test.
func (m *Mock) Check(expected PostVerify) (report Report) {
	m.t.Helper()
	m.ask("POST", "/verify", expected, &report)
	return report
}

// Verify fails the test unless the right number of calls match; without a number, at least one.
func (m *Mock) Verify(expected PostVerify) {
	m.t.Helper()
	report := m.Check(expected)
	if report.OK {
		return
	}
	if report.Closest != nil {
		m.t.Fatalf("%s\nclosest: #%d %s -> %d: %s", report.Message, report.Closest.Entry.Seq, report.Closest.Entry.Path,
			report.Closest.Entry.Status, strings.Join(report.Closest.Why, "; "))
	}
	m.t.Fatal(report.Message)
}

// Times is a number of calls for PostVerify: Count: proofsheettest.Times(0).
func Times(number int) *int { return &number }

// Entry is a call of the journal, as far as most tests look; Ask has all of it.
type Entry struct {
	Seq                              int
	Operation, Method, Path, Outcome string
	Status                           int
	Fields                           map[string]any
	Credits                          float64
}

// Journal gives this key's calls, oldest first.
func (m *Mock) Journal() []Entry {
	m.t.Helper()
	var found struct{ Entries []Entry }
	m.ask("GET", "/journal", nil, &found)
	return found.Entries
}

// Balance gives the credits that are left; nil if they are unlimited.
func (m *Mock) Balance() *float64 {
	m.t.Helper()
	var found struct{ Credits *float64 }
	m.ask("GET", "/ledger", nil, &found)
	return found.Credits
}

// SetBalance gives the key so many credits.
func (m *Mock) SetBalance(credits float64) {
	m.t.Helper()
	m.ask("PUT", "/ledger", PutLedger{Credits: credits}, nil)
}

// Advance moves the clock on, for every key: rate limits and tasks go by it.
func (m *Mock) Advance(time time.Duration) {
	m.t.Helper()
	m.ask("POST", "/clock", PostClock{Advance: time.Seconds()}, nil)
}

// Task is a task as it stands.
type Task struct {
	ID, State  string
	Final      bool
	Ways, Ends []string
	Progress   float64
	Links      []string
}

// Tasks gives this key's newest tasks, newest first.
func (m *Mock) Tasks() []Task {
	m.t.Helper()
	var found struct{ Tasks []Task }
	m.ask("GET", "/tasks", nil, &found)
	return found.Tasks
}

// Task gives a task by its id; with "", the newest of this key.
func (m *Mock) Task(id string) (task Task) {
	m.t.Helper()
	if id != "" {
		m.ask("GET", "/tasks/"+url.PathEscape(id), nil, &task)
		return task
	}
	tasks := m.Tasks()
	if len(tasks) == 0 {
		m.t.Fatalf("no task was started with this test's key, %s", m.Key)
	}
	return tasks[0]
}

func (m *Mock) move(id string, move PostTasksOne) (task Task) {
	m.t.Helper()
	m.ask("POST", "/tasks/"+url.PathEscape(m.Task(id).ID), move, &task)
	return task
}

// Finish lets a task come to its ordinary end now.
func (m *Mock) Finish(id string) Task { m.t.Helper(); return m.move(id, PostTasksOne{Finish: true}) }

// Fail lets a task end now in a final state; with "", in the first beside the ordinary end.
func (m *Mock) Fail(id, state string) Task {
	m.t.Helper()
	if state == "" {
		return m.move(id, PostTasksOne{Fail: true})
	}
	return m.move(id, PostTasksOne{Fail: state})
}

// Hold puts a task into a state in which it stays.
func (m *Mock) Hold(id, state string) Task {
	m.t.Helper()
	return m.move(id, PostTasksOne{State: state})
}

// SetTaskPace says how fast the tasks go that this key starts from now on, such as "looks".
func (m *Mock) SetTaskPace(pace string) {
	m.t.Helper()
	m.ask("PUT", "/tasks/pace", PutTasksPace{Pace: pace}, nil)
}

// Reset forgets the key's journal, credits, rate windows, tasks and what was forced.
func (m *Mock) Reset() { m.t.Helper(); m.ask("POST", "/reset", nil, nil) }

type lockedBuffer struct {
	lock   sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(data []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.Write(data)
}

func (b *lockedBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.String()
}
