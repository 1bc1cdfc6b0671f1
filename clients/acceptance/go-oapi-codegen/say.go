package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// say tries one capability and prints the line that says what came of it.
func say(capability string, attempt func() error) {
	result, why := "ok", ""
	if err := attempt(); err != nil {
		result, why = "no", err.Error()
		if after, partly := strings.CutPrefix(why, "partly: "); partly {
			result, why = "partly", after
		}
	}
	if len(why) > 300 {
		why = why[:300]
	}
	line, _ := json.Marshal(map[string]string{"capability": capability, "result": result, "why": why})
	fmt.Println(string(line))
}
