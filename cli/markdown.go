package cli

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"nissl"
	"nissl/method"
)

// markdown is the kept record of a reproduction: one table in the order of the
// catalogue's methods and their claims.
func markdown(outcomes []method.Outcome, command string) string {
	var b strings.Builder
	n := map[string]int{}
	for _, o := range outcomes {
		n[o.State]++
	}
	fmt.Fprintf(&b, "# What the papers claim, measured\n\n")
	fmt.Fprintf(&b, "Written by `%s` on %s with nissl %s (%s/%s): %s, %d passed, %d failed, %d not run. ",
		command, time.Now().UTC().Format(time.DateOnly), nissl.Version, runtime.GOOS, runtime.GOARCH, plural(len(outcomes), "claim"), n["passed"], n["failed"], n["not run"])
	fmt.Fprintf(&b, "In the control, the effect must vanish. Run the command to measure them on your machine.\n\n")
	fmt.Fprintf(&b, "| row | method | claim | measured | accepted | control | accepted | state |\n|---|---|---|---|---|---|---|---|\n")
	for _, o := range outcomes {
		rows := make([]string, len(o.Papers))
		for i, r := range o.Papers {
			rows[i] = strconv.Itoa(r)
		}
		value, control, state := "", "", o.State
		if o.State != "not run" {
			value, control = strings.TrimSpace(number(o.Value)+" "+o.Unit), number(o.Control)
		}
		if o.Reason != "" {
			state += ": " + o.Reason
		}
		cells := []string{strings.Join(rows, ", "), o.Method, "**" + o.Claim + "**: " + o.Statement, value, o.Accept,
			strings.TrimSpace(control + " (" + o.Without + ")"), o.Vanishes, state}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", "\\|")
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}
