"""Reference values of recurrent and convolutional networks: torch 2.15.0, numpy 2.4.6, CPU, float32.
Writes torch_rnn_cnn.safetensors (weights and values) beside itself. python torch_rnn_cnn.py"""
import os
import torch
from torch import nn
from torch.nn import functional as F
from safetensors.torch import save_file

torch.manual_seed(4)
out = {}


def keep(name, module, **values):
    for k, v in module.state_dict().items():
        if "num_batches" not in k:
            out[f"{name}/{k}"] = v.clone()
    for k, v in values.items():
        out[f"{name}!{k}"] = v.detach().contiguous().clone()


x = torch.randn(2, 6, 3)
for name, net in (("tanh", nn.RNN(3, 4, batch_first=True)), ("relu", nn.RNN(3, 4, nonlinearity="relu", batch_first=True)),
                  ("gru", nn.GRU(3, 4, 2, batch_first=True)), ("lstm", nn.LSTM(3, 4, 2, batch_first=True)),
                  ("plain", nn.GRU(3, 4, bias=False, batch_first=True))):
    y, last = net(x)
    more = {"cell": last[1]} if name == "lstm" else {}
    # the second half again, from a state at position 2 that somebody clamped to 0.5
    h = torch.full((net.num_layers, 2, 4), 0.5)
    if net.num_layers == 1:
        more["clamped"] = net(x[:, 3:], h)[0]
    keep(name, net, x=x, y=y, **more)


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.rnn, self.out = nn.Embedding(7, 5), nn.LSTM(5, 4, batch_first=True), nn.Linear(4, 7)

    def forward(self, ids):
        return self.out(self.rnn(self.emb(ids))[0])


net, ids = Words(), torch.randint(0, 7, (2, 5))
keep("words", net, x=ids.float(), y=net(ids))


class Block(nn.Module):
    """torchvision's BasicBlock or Bottleneck (expansion 2 here is not allowed: it is 4)."""

    def __init__(self, cin, width, stride, deep):
        super().__init__()
        cout = width * (4 if deep else 1)
        if deep:
            self.conv1, self.bn1 = nn.Conv2d(cin, width, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
            self.conv3, self.bn3 = nn.Conv2d(width, cout, 1, bias=False), nn.BatchNorm2d(cout)
        else:
            self.conv1, self.bn1 = nn.Conv2d(cin, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.deep = deep
        if stride != 1 or cin != cout:
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        short = self.downsample(x) if hasattr(self, "downsample") else x
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.deep:
            y = self.bn3(self.conv3(F.relu(y)))
        return F.relu(y + short)


class ResNet(nn.Module):
    def __init__(self, deep, blocks):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False), nn.BatchNorm2d(4)
        cin = 4
        for i, n in enumerate(blocks):
            layer = []
            for j in range(n):
                layer.append(Block(cin, 2 + i, 2 if i and not j else 1, deep))
                cin = (2 + i) * (4 if deep else 1)
            setattr(self, f"layer{i + 1}", nn.Sequential(*layer))
        self.stages, self.fc = len(blocks), nn.Linear(cin, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for i in range(self.stages):
            x = getattr(self, f"layer{i + 1}")(x)
            self.last = x
        return self.fc(x.mean((2, 3)))


for name, deep in (("basic", False), ("bottleneck", True)):
    net = ResNet(deep, [2, 1, 2, 1])
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.uniform_(m.weight, 0.5, 1.5), nn.init.normal_(m.bias), nn.init.normal_(m.running_mean), nn.init.uniform_(m.running_var, 0.5, 2)
    net.eval()
    x = torch.randn(2, 3, 17, 17)
    y = net(x)
    keep(name, net, x=x, y=y, last=net.last)
    torch.manual_seed(5)

net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3, bias=False))
x = torch.randn(3, 4)
keep("mlp", net, x=x, y=net(x), post=net[:4](x))

x = torch.randn(2, 3, 9, 8, requires_grad=True)
pools = {"max": F.max_pool2d(x, 3, 2, 1), "maxceil": F.max_pool2d(x, 3, 2, ceil_mode=True), "maxceilpad": F.max_pool2d(x, 2, 3, 1, ceil_mode=True),
         "mean": F.avg_pool2d(x, 3, 2, 1), "meanin": F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
         "meanceil": F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), "meanceilin": F.avg_pool2d(x, 2, 3, 1, ceil_mode=True, count_include_pad=False)}
w = torch.randn(6, 1, 3, 3)
pools["conv"] = F.conv2d(x, w, stride=2, padding=1, dilation=2, groups=3)
for name in ("max", "maxceilpad", "meanceil"):  # gradients of the sum of squares
    pools[name + "_grad"] = torch.autograd.grad((pools[name] ** 2).sum(), x, retain_graph=True)[0]
keep("pools", nn.Identity(), x=x, w=w, **pools)
save_file(out, os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_rnn_cnn.safetensors"))
