import { parseFlow, parseGroup, parseMeter } from '@antrea-ts/openflow';
import { dataplaneOf, type Dataplane } from '../openflow/dataplane.js';

/** Flows of every shape that the pipeline installs, as the switch prints them; for tests. */
const FLOWS = `
table=10, priority=200,ip,in_port=5,dl_src=0e:00:00:00:00:05,nw_src=10.10.0.5 actions=goto_table:29
table=20, priority=200,arp,arp_tpa=10.10.1.1,arp_op=1 actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:aa:bb:cc:dd:ee:ff->eth_src,load:0x2->NXM_OF_ARP_OP[],move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],set_field:aa:bb:cc:dd:ee:ff->arp_sha,move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:10.10.1.1->arp_spa,IN_PORT
table=31, priority=200,ct_state=-new+trk,ct_mark=0x21,ip actions=load:0x1->NXM_NX_REG0[19],goto_table:50
table=41, priority=200,tcp,reg4=0x10000/0x70000,nw_dst=10.96.0.1,tp_dst=443 actions=load:0x3->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19],group:5
cookie=0x1040000000005, table=41, priority=190,tcp,reg4=0x30000/0x70000,nw_dst=10.96.0.1,tp_dst=443 actions=learn(table=40,hard_timeout=10800,priority=200,delete_learned,cookie=0x1040000000005,eth_type=0x800,nw_proto=6,NXM_OF_TCP_DST[],NXM_OF_IP_DST[],NXM_OF_IP_SRC[],load:NXM_NX_REG3[]->NXM_NX_REG3[],load:NXM_NX_REG4[0..15]->NXM_NX_REG4[0..15],load:0x2->NXM_NX_REG4[16..18],load:0x1->NXM_NX_REG0[19]),load:0x2->NXM_NX_REG4[16..18],goto_table:42
table=42, priority=200,tcp,reg3=0xa0a0005,reg4=0x20050/0x7ffff actions=ct(commit,table=45,zone=65520,nat(dst=10.10.0.5:80),exec(load:0x21->NXM_NX_CT_MARK[]))
table=42, priority=200,tcp6,reg4=0x20050/0x7ffff,reg12=0xfd000000,reg13=0,reg14=0,reg15=0x5 actions=ct(commit,table=45,zone=65510,nat(dst=[fd00::5]:80),exec(load:0x21->NXM_NX_CT_MARK[]))
table=45, priority=14500,conj_id=5,ip actions=load:0x5->NXM_NX_REG5[],ct(commit,table=61,zone=65520,exec(load:0x5->NXM_NX_CT_LABEL[32..63]))
table=45, priority=14500,conj_id=6 actions=meter:1,load:0x6->NXM_NX_REG3[],load:0x1->NXM_NX_REG0[20],load:0x1->NXM_NX_REG0[21..22],load:0x1->NXM_NX_REG0[24..27],controller(reason=no_match,max_len=128,id=12345),goto_table:61
table=61, priority=200,ct_state=+new,ct_label=0x500000000/0xffffffff00000000,ip actions=goto_table:70
table=61, priority=200,reg0=0x100000/0x100000,reg3=0x6 actions=drop
table=61, hard_timeout=300, priority=202,ip,reg0=0x100000/0x100000,reg3=0x6,nw_tos=28 actions=controller(max_len=128,id=12345)
cookie=0x1020000000000, table=70, priority=200,ip,nw_dst=10.10.1.0/24 actions=set_field:0e:00:00:00:00:01->eth_src,set_field:aa:bb:cc:dd:ee:ff->eth_dst,set_field:192.168.77.101->tun_dst,goto_table:72
table=71, priority=200,ct_state=+new+trk,ip,tun_dst=1.1.1.1 actions=load:0x1->NXM_NX_PKT_MARK[0..7],goto_table:72
table=80, priority=200,dl_dst=0e:00:00:00:00:05 actions=load:0x5->NXM_NX_REG1[],load:0x1->NXM_NX_REG0[16],goto_table:85
table=90, priority=200,udp,tp_dst=0x1f40/0xfff8 actions=conjunction(7,3/3)
table=90, priority=210,pkt_mark=0x1/0x1 actions=goto_table:105
table=105, priority=200,ct_state=+new+trk,ip,reg0=0x1/0xf actions=ct(commit,table=106,zone=65520,exec(load:0x20->NXM_NX_CT_MARK[]))
table=106, priority=200,ip,nw_src=10.10.0.5,nw_dst=10.10.0.5 actions=set_field:169.254.169.252->ip_src,load:0x1->NXM_NX_REG0[18],goto_table:110
`;

const GROUPS = `
group_id=5,type=select,bucket=weight:100,actions=load:0xa0a0005->NXM_NX_REG3[],load:0x50->NXM_NX_REG4[0..15],resubmit(,41)
group_id=268435457,type=select,bucket=weight:100,actions=set_field:0xfd000000000000000000000000000005->xxreg3,load:0x50->NXM_NX_REG4[0..15],resubmit(,42)
`;

const METERS = `
meter=1 pktps burst bands= type=drop rate=100 burst_size=200
meter=2 pktps burst bands= type=drop rate=100 burst_size=200
`;

/** A bridge's desired state with flows of every shape, groups that some use, and meters. */
export function sampleDataplane(): Dataplane {
  return dataplaneOf({
    flows: lines(FLOWS).map(parseFlow),
    groups: lines(GROUPS).map(parseGroup),
    meters: lines(METERS).map(parseMeter),
  });
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
