//go:build unix

package runs

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps a Ctrl-C in the studio's terminal from the command: it gets one interrupt, from the studio, for a
// second one would end it before it has kept its steps.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
