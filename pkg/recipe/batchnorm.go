// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"context"
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
)

// reestimator measures BatchNorm's mean and variance anew: the plain mean over a number of training batches with the
// weights held still. The running averages of training lag behind weights that move, and averaged weights have none.
//
// GoMLX weighs a new batch by 1/(avg_weight+1) while that counter is small. With the counter set to zero before each
// batch the variables hold the statistics of that batch alone; their means are taken here.
type reestimator struct {
	backend compute.Backend
	store   *model.Store
	exec    *model.Exec
}

func newReestimator(backend compute.Backend, net Model, store *model.Store) (*reestimator, error) {
	forward := func(scope *model.Scope, images *Node) *Node {
		scope.Store().SetTraining(images.Graph(), true) // so that the variables take the statistics of the batch
		return ReduceAllSum(net(scope, images))
	}
	exec, err := model.NewExec(backend, store, forward)
	if err != nil {
		return nil, fmt.Errorf("prepare BatchNorm's re-estimation: %w", err)
	}
	return &reestimator{backend, store, exec}, nil
}

func (r *reestimator) run(ctx context.Context, data Dataset, batches int) error {
	// A network with dropout draws the same numbers each time, so that a resumed run has those of an unbroken one.
	if err := r.store.ResetRNGState(); err != nil {
		return fmt.Errorf("re-estimate BatchNorm: %w", err)
	}
	sums := map[*model.Variable][]float64{}
	count := 0
	for batch, err := range data.From(0, 0) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = r.addBatch(batch, sums)
		}
		if err != nil {
			return fmt.Errorf("re-estimate BatchNorm: %w", err)
		}
		if count++; count == batches {
			break
		}
	}
	for v, sum := range sums {
		mean := make([]float32, len(sum))
		for i := range sum {
			mean[i] = float32(sum[i] / float64(count))
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(mean, len(mean))); err != nil {
			return fmt.Errorf("re-estimate BatchNorm: %w", err)
		}
	}
	return nil
}

func (r *reestimator) addBatch(batch train.Batch, sums map[*model.Variable][]float64) error {
	defer batch.Finalize()
	if err := norm.ResetBatchNormWeights(r.backend, r.store); err != nil {
		return err
	}
	out, err := r.exec.Exec(batch.Inputs[0])
	if err != nil {
		return err
	}
	finalize(out)
	for v := range r.store.IterVariables() {
		if !isStatistic(v.Path()) {
			continue
		}
		values, err := floats(v)
		if err != nil {
			return err
		}
		if sums[v] == nil {
			sums[v] = make([]float64, len(values))
		}
		for i, x := range values {
			sums[v][i] += float64(x)
		}
	}
	return nil
}

// isStatistic tells whether the path is that of a running mean or variance of GoMLX's norm.BatchNorm.
func isStatistic(path string) bool {
	scope, name := model.SplitPath(path)
	return strings.HasSuffix(scope, "/"+norm.BatchNormalizationScopeName) && (name == "mean" || name == "variance")
}

// limitNormMomentum makes BatchNorm's running averages forget faster: GoMLX lets the n-th batch weigh 1/(n+1), n being the
// variable avg_weight, until that is less than the network's own momentum says. An n that is held at m/(1−m) makes it
// weigh 1−m for ever. So it cannot make averages slower than the network asks for.
func limitNormMomentum(g *Graph, momentum float64) {
	for v := range model.GetStore(g).IterVariables() {
		if isNorm(v, "avg_weight") && v.ChangedInGraph(g) {
			n := v.NodeValue(g)
			v.SetNodeValue(MinScalar(n, momentum/(1-momentum)))
		}
	}
}
