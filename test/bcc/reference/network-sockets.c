// Socket maps and the programs around them.
#include <linux/socket.h>
struct sock_key { u32 remote_ip4; u32 local_ip4; u32 remote_port; u32 local_port; u32 family; };
BPF_SOCKHASH(sock_hash, struct sock_key, 64);
BPF_SOCKHASH(sock_hash_default, struct sock_key);
BPF_SOCKMAP(sock_map, 16);

static __always_inline void sock_keys(struct bpf_sock_ops *ops, struct sock_key *key) {
  key->remote_ip4 = ops->remote_ip4;
  key->local_ip4 = ops->local_ip4;
  key->local_port = ops->local_port;
  key->remote_port = bpf_ntohl(ops->remote_port);
  key->family = ops->family;
}

int bpf_sockhash(struct bpf_sock_ops *skops) {
  struct sock_key skk = {};
  if (skops->family != AF_INET) return 0;
  switch (skops->op) {
    case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
    case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB: {
      sock_keys(skops, &skk);
      int ret = sock_hash.sock_hash_update(skops, &skk, BPF_NOEXIST);
      if (ret != 0) bpf_trace_printk("bpf_sock_hash_update() failed. %d\n", -ret);
      u32 index = 0;
      sock_map.sock_map_update(skops, &index, 0);
      break;
    }
    default:
      break;
  }
  return 0;
}

int bpf_redir(struct sk_msg_md *msg) {
  struct sock_key skk = {};
  if (msg->family != AF_INET) return SK_PASS;
  skk.remote_ip4 = msg->local_ip4;
  skk.local_ip4 = msg->remote_ip4;
  skk.local_port = bpf_ntohl(msg->remote_port);
  skk.remote_port = msg->local_port;
  int ret = sock_hash.msg_redirect_hash(msg, &skk, BPF_F_INGRESS);
  return ret;
}
