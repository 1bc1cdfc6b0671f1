// The tasks of tasks.yaml by a client of ogen: Midjourney.
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

func (k key) Bearer(context.Context, api.OperationName) (api.Bearer, error) {
	return api.Bearer{Token: string(k)}, nil
}

func client(name string) *api.Client {
	made, err := api.NewClient(os.Getenv("BASE_URL"), key(name))
	if err != nil {
		panic(err)
	}
	return made
}

func png(url string) error {
	answer, err := http.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	picture, err := io.ReadAll(answer.Body)
	if err == nil && !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		err = fmt.Errorf("no PNG: %.40q", picture)
	}
	return err
}

func main() {
	say("midjourney-task", func() error {
		using := client("sk-midjourney-task")
		answer, err := using.SubmitImagine(ctx, &api.ImagineRequest{Prompt: "a lighthouse"})
		submission, ok := answer.(*api.Submission)
		if !ok {
			return fmt.Errorf("came %T: %w", answer, err)
		}
		for range 600 {
			found, err := using.FetchTask(ctx, api.FetchTaskParams{ID: submission.Result.Value})
			if err != nil {
				return err
			}
			if task, ok := found.(*api.Task); ok && task.Status == api.StatusSUCCESS {
				return png(task.ImageUrl.Value)
			}
			time.Sleep(100 * time.Millisecond)
		}
		return fmt.Errorf("never done")
	})
	say("midjourney-refusal", func() error {
		answer, err := client("sk-midjourney-refusal").SubmitImagine(ctx, &api.ImagineRequest{Prompt: "a cat mock:flagged"})
		if refusal, ok := answer.(*api.Submission); ok && refusal.Code == 24 {
			return nil
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
}
