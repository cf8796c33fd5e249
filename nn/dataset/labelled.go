package dataset

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Labelled reads images that have a class each: the IDX images of MNIST and its kin with the labels that lie
// beside them under the usual name (train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz), the binary files
// of CIFAR-10, or a folder with either. Of a folder the images for training are taken, and those for testing
// only where there are no others.
func Labelled(path string) (*Images, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.IsDir() {
		return labelled(path)
	}
	for _, pattern := range []string{"*train-images*idx3-ubyte*", "*images*idx3-ubyte*", "data_batch_*.bin", "*.bin"} {
		files, err := filepath.Glob(filepath.Join(path, pattern))
		if err != nil {
			return nil, err
		}
		slices.Sort(files)
		switch {
		case len(files) == 0:
		case strings.HasSuffix(files[0], ".bin"):
			return ReadCIFAR10(files...)
		default:
			return labelled(files[0])
		}
	}
	return nil, fmt.Errorf("%s: no images with labels: expected IDX files such as train-images-idx3-ubyte.gz, or CIFAR-10's data_batch_1.bin", path)
}

func labelled(path string) (*Images, error) {
	dir, base := filepath.Split(path)
	if strings.HasSuffix(base, ".bin") {
		return ReadCIFAR10(path)
	}
	beside := strings.Replace(strings.Replace(base, "images", "labels", 1), "idx3", "idx1", 1)
	if beside == base {
		return nil, fmt.Errorf("%s: no images with labels: expected an IDX file whose name has \"images\" in it, or a .bin file of CIFAR-10", path)
	}
	return ReadMNIST(path, filepath.Join(dir, beside))
}

// AtMost is n of the examples, drawn at random; all of them where n is 0 or there are no more.
func (s *Set) AtMost(n int, seed uint64) *Set {
	if s == nil || n <= 0 || n >= s.Len() {
		return s
	}
	chosen := rand.New(rand.NewPCG(seed, streamChoice)).Perm(s.Len())[:n]
	slices.Sort(chosen)
	return s.Batch(chosen)
}
