package proofsheettest

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

var server *Server

func TestMain(m *testing.M) {
	var err error
	server, err = Run("miniature", "tasks", "--spec", "../../tests/miniature", "--task-pace", "60")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	server.Stop()
	os.Exit(code)
}

func draw(t *testing.T, mock *Mock) int {
	t.Helper()
	request, _ := http.NewRequest("POST", mock.URL+"/draw", strings.NewReader(`{"prompt": "a cat"}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("x-task-key", mock.Key)
	request.Header.Set("x-key", mock.Key)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func TestCallsAreVerifiedByTheKeyOfTheTest(t *testing.T) {
	mine, other := server.Mock(t), server.Mock(t)
	if status := draw(t, mine); status != 200 {
		t.Fatal(status)
	}
	mine.Verify(PostVerify{Operation: "draw", Status: 200, Count: Times(1)})
	other.Verify(PostVerify{Count: Times(0)})
	report := mine.Check(PostVerify{Operation: "draw", Status: 400})
	if report.OK || report.Closest == nil || report.Closest.Why[0] != "status: expected 400, was 200" {
		t.Fatalf("%+v", report)
	}
	if prompt := mine.Journal()[0].Fields["prompt"]; prompt != "a cat" {
		t.Fatal(prompt)
	}
}

func TestWhatIsForcedHappensAndCostsNothing(t *testing.T) {
	mock := server.Mock(t)
	mock.SetBalance(50)
	mock.Force(PostSchedule{Code: 400, Operation: "draw"})
	if status := draw(t, mock); status != 400 {
		t.Fatal(status)
	}
	if left := mock.Balance(); left == nil || *left != 50 {
		t.Fatal(left)
	}
	mock.Force(PostSchedule{Code: 400})
	mock.DropForced()
	if status := draw(t, mock); status != 200 {
		t.Fatal(status)
	}
	mock.Reset()
	if calls := mock.Journal(); len(calls) != 0 {
		t.Fatal(calls)
	}
}

func TestTasksAreMoved(t *testing.T) {
	mock := server.Mock(t)
	draw(t, mock)
	task := mock.Task("")
	if held := mock.Hold(task.ID, task.State); held.State != task.State || held.Final {
		t.Fatalf("%+v", held)
	}
	if ended := mock.Finish(""); !ended.Final || ended.ID != task.ID {
		t.Fatalf("%+v", ended)
	}
	draw(t, mock)
	if failed := mock.Fail("", ""); !failed.Final {
		t.Fatalf("%+v", failed)
	}
	draw(t, mock)
	mock.Advance(2 * time.Minute)
	if task := mock.Task(""); !task.Final {
		t.Fatalf("%+v", task)
	}
	mock.SetTaskPace("instant")
	draw(t, mock)
	if tasks := mock.Tasks(); len(tasks) != 4 || !tasks[0].Final {
		t.Fatalf("%+v", tasks)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	err := server.Ask("POST", "/schedule", "sk-one", PostSchedule{Operation: "draw", Outcome: "nonsense"}, nil)
	if err == nil || !strings.Contains(err.Error(), "draw has no outcome nonsense") {
		t.Fatal(err)
	}
	if _, err := Run("stabilty"); err == nil || !strings.Contains(err.Error(), "did you mean 'stability'") {
		t.Fatal(err)
	}
	joined, err := Join(server.URL + "/")
	if err != nil || joined.URL != server.URL {
		t.Fatal(err)
	}
	joined.Stop() // somebody else's is left alone
	server.Mock(t).Verify(PostVerify{Count: Times(0)})
}
