package doctor

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// memoryBytes returns the machine's memory and what of it programs can still get, from /proc/meminfo.
func memoryBytes() (total, available uint64, err error) {
	const file = "/proc/meminfo"
	for name, to := range map[string]*uint64{"MemTotal": &total, "MemAvailable": &available} {
		var kib uint64
		if _, err := fmt.Sscanf(field(file, name), "%d kB", &kib); err != nil {
			return 0, 0, fmt.Errorf("%s: %s: %w", file, name, err)
		}
		*to = kib << 10
	}
	return total, available, nil
}

// cpuModel returns the processor's name, or "".
func cpuModel() string { return field("/proc/cpuinfo", "model name") }

// field returns the first value of "name : value" in a file of /proc, or "".
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
