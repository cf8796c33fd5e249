package dense

func available() []kernels { return []kernels{portable} }
