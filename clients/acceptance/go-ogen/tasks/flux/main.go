// The tasks of tasks.yaml by a client of ogen: FLUX.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	api "acceptance/client_json"
)

var ctx = context.Background()

type key string

func (k key) Key(context.Context, api.OperationName) (api.Key, error) {
	return api.Key{APIKey: string(k)}, nil
}

// absent leaves null members out: an object without properties of its own is never null to ogen.
type absent struct{}

func (absent) Do(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	for _, name := range []string{"details", "preview"} {
		body = bytes.ReplaceAll(body, []byte(`,"`+name+`":null`), nil)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, err
}

var partly = errors.New("partly: members that are null (details, preview) cannot be decoded, so a transport has to leave them out")

func client(name string) *api.Client {
	made, err := api.NewClient(os.Getenv("BASE_URL"), key(name), api.WithClient(absent{}))
	if err != nil {
		panic(err)
	}
	return made
}

func request(prompt string, width int) *api.FluxDevReq {
	return &api.FluxDevReq{
		Prompt: api.NewOptNilPrompt(api.Prompt(prompt)),
		Width:  api.NewOptWidth(api.Width(width)),
	}
}

func jpeg(url string) error {
	answer, err := http.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	picture, err := io.ReadAll(answer.Body)
	if err == nil && !bytes.HasPrefix(picture, []byte("\xff\xd8")) {
		err = fmt.Errorf("no JPEG: %.40q", picture)
	}
	return err
}

func main() {
	say("flux-task", func() error {
		using := client("sk-flux-task")
		answer, err := using.FluxDev(ctx, request("a lighthouse", 512))
		task, ok := answer.(*api.Task)
		if !ok {
			return fmt.Errorf("came %T: %w", answer, err)
		}
		for range 600 {
			found, err := using.GetResult(ctx, api.GetResultParams{ID: task.ID})
			if err != nil {
				return err
			}
			if shown, ok := found.(*api.GetResultOK); ok && shown.Status == api.ResultStatusReady {
				return errors.Join(jpeg(shown.Result.Value.Sample.Value.String()), partly)
			}
			time.Sleep(100 * time.Millisecond)
		}
		return fmt.Errorf("never ready")
	})
	say("flux-refusal", func() error {
		answer, err := client("sk-flux-refusal").FluxDev(ctx, request("a cat", 100))
		if refusal, ok := answer.(*api.ValidationProblem); ok && len(refusal.Detail) > 0 {
			return nil
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
}
