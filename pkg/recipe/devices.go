// SPDX-License-Identifier: Apache-2.0

package recipe

import (
	"fmt"

	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"
)

// devices divides a training step among several devices of one machine: each has a copy of the weights and its part of the
// batch. The graph is the one for a single device; XLA (Shardy) decides what each device computes and where they exchange
// values. So a BatchNorm sees the whole batch, and the gradient is that of its mean loss.
type devices struct {
	number      int
	mesh        *distributed.DeviceMesh
	part, whole *distributed.ShardingSpec // a tensor divided along its first axis; one that each device has whole
}

// checkDevices returns an error unless the job's batches can be divided among its devices.
func (j Job) checkDevices() error {
	n := j.Devices
	if n < 0 {
		return fmt.Errorf("recipe: %d devices", n)
	}
	if n <= 1 {
		return nil
	}
	if has := j.Backend.NumDevices(); n > has {
		return fmt.Errorf("recipe: the job asks for %d devices, and the backend %s has %d: open one with accel.NewOn", n, j.Backend.Name(), has)
	}
	batch := min(j.Recipe.BatchSize, j.Training.Len())
	if batch%n != 0 {
		return fmt.Errorf("recipe: a batch of %d images cannot be divided evenly among %d devices", batch, n)
	}
	if last := j.Training.Len() % batch; last%n != 0 {
		return fmt.Errorf("recipe: the last batch of an epoch, %d images, cannot be divided evenly among %d devices: drop it, or choose another batch size", last, n)
	}
	return nil
}

// newDevices divides the executable's inputs: the first parts of them along the batch; the others each device has whole. It
// returns nil for a single device.
func newDevices(number int, exec *model.Exec, parts, others int) (*devices, error) {
	if number <= 1 {
		return nil, nil
	}
	const axis = "batch"
	mesh, err := distributed.NewDeviceMesh([]int{number}, []string{axis})
	if err != nil {
		return nil, fmt.Errorf("arrange %d devices: %w", number, err)
	}
	part, err := distributed.BuildSpec(mesh).S(axis).Done()
	if err != nil {
		return nil, fmt.Errorf("divide a batch among %d devices: %w", number, err)
	}
	d := &devices{number, mesh, part, distributed.NewReplicatedShardingSpec(mesh)}
	var specs []*distributed.ShardingSpec
	for range parts {
		specs = append(specs, d.part)
	}
	for range others {
		specs = append(specs, d.whole)
	}
	exec.AutoSharding(mesh).WithInputShardingSpecs(specs...)
	return d, nil
}

// shapes are those of the inputs on each device, one device after another.
func (d *devices) shapes(whole ...shapes.Shape) []shapes.Shape {
	if d == nil {
		return whole
	}
	var all []shapes.Shape
	for range d.number {
		for i, shape := range whole {
			if i < len(whole)-1 {
				shape = d.part.ShardShape(shape)
			}
			all = append(all, shape)
		}
	}
	return all
}

// exec runs the step on a batch. What it returns is what the first device does; the sums are the same on all.
func (d *devices) exec(exec *model.Exec, images, labels, control *tensors.Tensor) ([]*tensors.Tensor, error) {
	if d == nil {
		return exec.Exec(images, labels, control)
	}
	var inputs []any
	for _, in := range []struct {
		spec  *distributed.ShardingSpec
		value *tensors.Tensor
	}{{d.part, images}, {d.part, labels}, {d.whole, control}} {
		divided, err := dtensor.ShardTensor(in.spec, in.value)
		if err != nil {
			return nil, err
		}
		defer divided.FinalizeAll() //nolint:errcheck // nothing could be done
		inputs = append(inputs, divided)
	}
	out, err := exec.Exec(inputs...)
	if err != nil {
		return nil, err
	}
	finalize(out[len(out)/d.number:])
	return out[:len(out)/d.number], nil
}
