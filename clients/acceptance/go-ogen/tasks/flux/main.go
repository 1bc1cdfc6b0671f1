// The tasks of tasks.yaml by a client of ogen: FLUX.
package main

import (
	"bytes"
	"context"
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

func client(name string) *api.Client {
	made, err := api.NewClient(os.Getenv("BASE_URL"), key(name))
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
				return jpeg(shown.Result.Value.Sample.Value.String())
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
