package peer

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// Server is a program of the other side that stays, so that both sides can take turns on a machine whose speed
// changes. It answers every line with a line of numbers.
type Server struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Serve starts a program given as text, which finds the scripts' modules.
func (o *Options) Serve(program string, args ...string) (*Server, error) {
	cmd := exec.Command(o.Python, append([]string{"-c", program}, args...)...)
	if err := o.environment(cmd); err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", o.Python, err)
	}
	return &Server{cmd, in, bufio.NewReader(out)}, nil
}

// Ask sends a line and reads the numbers of the answer.
func (s *Server) Ask(line string) ([]float64, error) {
	if _, err := fmt.Fprintln(s.in, line); err != nil {
		return nil, fmt.Errorf("the peer is gone: %w", err)
	}
	answer, err := s.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the peer does not answer %q: %w", line, err)
	}
	var out []float64
	for _, word := range strings.Fields(answer) {
		x, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return nil, fmt.Errorf("the peer answers %q with %q", line, strings.TrimSpace(answer))
		}
		out = append(out, x)
	}
	return out, nil
}

// Close ends the program.
func (s *Server) Close() error {
	s.in.Close()
	return s.cmd.Wait()
}

// Times are the seconds that the rounds of one side took.
type Times []float64

// Best is the shortest round.
func (t Times) Best() float64 { return slices.Min(t) }

// Median is the round in the middle.
func (t Times) Median() float64 { return slices.Sorted(slices.Values(t))[len(t)/2] }
