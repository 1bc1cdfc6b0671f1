// Written by `python -m clients.testing_bodies` from mockserver/control/request_bodies.yaml.

package proofsheettest

// PostVerify is a body of the control surface; what is left at its zero is not sent.
type PostVerify struct {
	// the name of a document
	Document string `json:"document,omitempty"`
	// the id of an operation
	Operation string `json:"operation,omitempty"`
	// a status such as 200
	Status int `json:"status,omitempty"`
	// the name of an outcome
	Outcome string `json:"outcome,omitempty"`
	// a method such as POST
	Method string `json:"method,omitempty"`
	// the path that was requested
	Path string `json:"path,omitempty"`
	// the media type of the answer
	MediaType string `json:"media_type,omitempty"`
	// an object of fields and the values they had, such as {"seed": 42}; null matches nothing
	Fields map[string]any `json:"fields,omitempty"`
	// a whole number of calls
	Count *int `json:"count,omitempty"`
	// a whole number of calls
	AtLeast int `json:"at_least,omitempty"`
	// a whole number of calls
	AtMost *int `json:"at_most,omitempty"`
	// true or false: whether no call may have failed
	NoErrors bool `json:"no_errors,omitempty"`
}

// PutLedger is a body of the control surface; what is left at its zero is not sent.
type PutLedger struct {
	// a number of credits, or null for unlimited
	Credits any `json:"credits"`
	// the name of a family
	Family string `json:"family,omitempty"`
}

// PostClock is a body of the control surface; what is left at its zero is not sent.
type PostClock struct {
	// a number of seconds from 0 on, for time does not run back
	Advance float64 `json:"advance,omitempty"`
	// true or false
	Frozen *bool `json:"frozen,omitempty"`
}

// PostSchedule is a body of the control surface; what is left at its zero is not sent.
type PostSchedule struct {
	// a whole number of calls from 1 to 1000000
	Times int `json:"times,omitempty"`
	// the id of an operation
	Operation string `json:"operation,omitempty"`
	// the name of an outcome
	Outcome string `json:"outcome,omitempty"`
	// a status such as 429
	Code int `json:"code,omitempty"`
	// a fault such as latency=0.5
	Fault string `json:"fault,omitempty"`
	// what becomes of the task, such as end=failed, late=5
	Task string `json:"task,omitempty"`
	// what is written in reply, such as {text: Hello}: docs/streams.md
	Answer map[string]any `json:"answer,omitempty"`
}

// PutTasksPace is a body of the control surface; what is left at its zero is not sent.
type PutTasksPace struct {
	// a pace such as looks or 2.5, or null for the server's own
	Pace string `json:"pace"`
}

// PostTasksOne is a body of the control surface; what is left at its zero is not sent.
type PostTasksOne struct {
	// true: the task comes to its ordinary end
	Finish bool `json:"finish,omitempty"`
	// the final state in which the task ends, or true for the first that is not ordinary
	Fail any `json:"fail,omitempty"`
	// the state in which the task stays from now on
	State string `json:"state,omitempty"`
	// late, back, callback or file, such as callback=lost
	Force string `json:"force,omitempty"`
	// a number of seconds (of looks where it goes by them) that pass for the task
	Advance float64 `json:"advance,omitempty"`
}

// PostReset is a body of the control surface; what is left at its zero is not sent.
type PostReset struct {
}
